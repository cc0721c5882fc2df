"""What no single field can see: the layers held against each other. One file a layer."""
