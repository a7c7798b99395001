import { renameSync } from 'node:fs'

renameSync('.package.json', 'package.json')
