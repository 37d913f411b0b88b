#!/usr/bin/env node
// Taktlog runs from its TypeScript sources, which this Node.js has to understand.
const [major] = process.versions.node.split('.')
if (Number(major) < 26) {
  console.error(`taktlog needs Node.js 26; this is ${process.version}. "npx taktlog" brings its own.`)
  process.exit(1)
}
await import('../src/main.ts')
