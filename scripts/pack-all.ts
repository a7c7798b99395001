/** Packs every package of this repository into `tarballs/`, to be installed by path. */
import { listPackages } from './packages.ts'
import { packPackages } from './pack.ts'

await packPackages(listPackages(), 'tarballs')
