// For CommonJS: the same module, not a copy of it. Node 20.19 and newer can require it.
module.exports = require('../dist/index.js');
