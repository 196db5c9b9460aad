// Prints what SheetJS or ExcelJS reads in a workbook: rows of values, dates as ISO 8601. Arguments: library, file.
const [library, path] = process.argv.slice(2);
const plain = (value) =>
  value instanceof Date ? value.toISOString() : value === undefined || value === "" ? null : value;

async function rows() {
  if (library === "xlsx") {
    const sheetjs = require("xlsx");
    const book = sheetjs.readFile(path, { cellDates: true, UTC: true });
    const sheet = book.Sheets[book.SheetNames[0]];
    return sheetjs.utils.sheet_to_json(sheet, { header: 1, defval: null, raw: true, UTC: true });
  }
  const { Workbook } = require("exceljs");
  const book = new Workbook();
  await book.xlsx.readFile(path);
  const found = [];
  book.worksheets[0].eachRow((row) => found.push(row.values.slice(1)));
  return found;
}

rows().then((found) => console.log(JSON.stringify(found.map((row) => Array.from(row, plain)))));
