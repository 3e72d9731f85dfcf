// For CommonJS: the same module, not a copy of it.
module.exports = require('../dist/wire.js');
