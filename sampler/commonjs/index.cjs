// For CommonJS: the same module, not a copy of it. Node 20.19, 22.12 and newer can require it.
module.exports = require('../dist/index.js');
