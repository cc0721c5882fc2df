"""What CloudWatch, Firehose and the AWS CLI put around a log's lines, one a file. `known.py` lists them."""
