import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'
import { buildPackages, listPackages, type Package } from './packages.ts'

/**
 * Writes what each package exports into its `api.md`; with `--check` it only says where that differs from what
 * is written there, so that no change of a public API goes unseen.
 */
const check = process.argv.includes('--check')
const packages = listPackages()
await buildPackages(packages)
const work = mkdtempSync(join(tmpdir(), 'api-'))
const differing = packages.filter((one) => {
  const file = join(one.folder, 'api.md')
  const report = reportOf(one)
  if (check) return readFileSync(file, 'utf8') !== report
  writeFileSync(file, report)
  return false
})
rmSync(work, { recursive: true })
for (const { name } of differing) {
  console.error(
    `The public API of ${name} is not that of its api.md: npm run api, and look at the change`,
  )
}
if (differing.length > 0) process.exitCode = 1

function reportOf(one: Package): string {
  const parts = one.entries.map(([entry, types]) => {
    return `## ${join(one.name, entry)}\n\n${extract(one, types)}`
  })
  return `# The public API of ${one.name}\n\nWritten by \`npm run api\`.\n\n${parts.join('\n')}`
}

/** One entry's declarations, by API Extractor, as a block of Markdown. */
function extract({ folder }: Package, types: string): string {
  const report = `${basename(folder)}-${basename(types, '.d.ts')}.api.md`
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, 'package.json'),
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: join(folder, types),
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'es2023',
            module: 'nodenext',
            moduleResolution: 'nodenext',
            types: ['node'],
            skipLibCheck: true,
          },
          files: [types],
        },
      },
      newlineKind: 'lf',
      apiReport: {
        enabled: true,
        includeForgottenExports: true,
        reportFileName: report,
        reportFolder: work,
        reportTempFolder: join(work, 'temp'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
  })
  Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message) => {
      message.handled = message.logLevel !== ExtractorLogLevel.Error // it tells of files that it writes
    },
  })
  const [block = ''] = /```ts[^]*```\n/.exec(readFileSync(join(work, report), 'utf8')) ?? []
  return block
}
