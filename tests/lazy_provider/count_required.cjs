'use strict';

// For test_same_output.py: how many files of the provider Node has required, written where REQUIRED_COUNT says.

const fs = require('node:fs');

process.on('exit', () => {
  const files = Object.keys(require.cache).filter((file) => file.includes('provider-aws'));
  if (files.length > 0) fs.writeFileSync(process.env.REQUIRED_COUNT, String(files.length));
});
