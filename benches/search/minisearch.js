// MiniSearch fed over a pipe: a line with the number of texts, the texts, then queries, all in JSON; each is answered
// by a line. `node --expose-gc minisearch.js [loose]`; `loose` is with prefixes and typos, as its manual shows it.
const MiniSearch = require('minisearch')
const readline = require('node:readline')

const options = { boost: { title: 3 }, ...(process.argv[2] === 'loose' ? { prefix: true, fuzzy: 0.2 } : {}) }
const say = (line) => process.stdout.write(JSON.stringify(line) + '\n')

async function main() {
  const lines = readline.createInterface({ input: process.stdin, crlfDelay: Infinity })[Symbol.asyncIterator]()
  const next = async () => {
    const { value, done } = await lines.next()
    return done ? undefined : JSON.parse(value)
  }
  let texts = []
  for (let left = await next(); left > 0; left--) texts.push(await next())
  gc()
  const before = process.memoryUsage().heapUsed
  const began = performance.now()
  const index = new MiniSearch({ fields: ['title', 'body'] })
  index.addAll(texts)
  const seconds = (performance.now() - began) / 1e3
  gc()
  say({ seconds, bytes: process.memoryUsage().heapUsed - before, place: 'memory' })
  texts = []
  for (let words = await next(); words !== undefined; words = await next()) {
    const began = performance.now()
    const ids = index.search(words, options).slice(0, 10).map((hit) => hit.id)
    say({ ms: performance.now() - began, ids })
  }
}

main()
