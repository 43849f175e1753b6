// The order of each pair of lines "a b", by npm's semver: one of < = > and ! for refused.
const fs = require('fs')
const semver = require('semver')

function order (a, b) {
  a = semver.parse(a, { loose: false })
  b = semver.parse(b, { loose: false })
  return a && b ? '>=<'[1 - semver.compare(a, b)] : '!'
}

for (const line of fs.readFileSync(process.argv[2], 'utf8').split('\n')) {
  if (line) console.log(order(...line.split(' ')))
}
