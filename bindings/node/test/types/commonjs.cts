// The same from CommonJS.
import sealift = require('sealift')

const database: sealift.Database = new sealift.Database('advisories.db')
const scanned: Promise<sealift.Report> = sealift.scanFs('.', { database, onProgress: ({ kind }) => console.log(kind) })
scanned.then((report) => report.render('sarif')).then((text) => text.length)
