// Prints the number of distinct triples that N3.js reads in a Turtle file.
const { readFileSync } = require("fs");
const { Parser, Store } = require("n3");
console.log(new Store(new Parser().parse(readFileSync(process.argv[2], "utf-8"))).size);
