// For `node --require` and NODE_OPTIONS: the same module, not a copy of it.
require('../dist/register.js');
