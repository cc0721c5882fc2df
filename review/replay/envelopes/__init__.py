"""What CloudWatch, Firehose and the AWS CLI add around a log's lines, one module for each. `known.py` lists them."""
