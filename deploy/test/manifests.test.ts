import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadConfig } from '../../packages/server/src/config/config.ts'
import { useServer } from '../../packages/server/test/support/fixtures.ts'
import { ROOT } from '../../packages/server/test/support/process.ts'

const fixture = useServer()

/** As deep as one looks. */
interface Tree {
  readonly [name: string]: Tree
}

const readYaml = (path: string): unknown =>
  parse(readFileSync(ROOT + path, 'utf8'), { merge: true })
const manifest = (name: string): unknown => readYaml(`deploy/kubernetes/${name}.yaml`)
const tree = (name: string) => manifest(name) as Tree

/** The longest that the server takes to stop. */
const STOP_SECONDS = 10

describe('the Kubernetes manifests', () => {
  interface Probe {
    readonly httpGet: { readonly path: string; readonly port: string }
  }
  interface Container {
    readonly ports: readonly { readonly name: string; readonly containerPort: number }[]
    readonly startupProbe: Probe
    readonly livenessProbe: Probe
    readonly readinessProbe: Probe
    readonly securityContext: unknown
  }
  interface Deployment {
    readonly metadata: { readonly name: string }
    readonly spec: {
      readonly selector: { readonly matchLabels: unknown }
      readonly template: {
        readonly metadata: { readonly labels: unknown }
        readonly spec: {
          readonly terminationGracePeriodSeconds: number
          readonly securityContext: unknown
          readonly containers: readonly [Container]
        }
      }
    }
  }
  const deployment = manifest('deployment') as Deployment
  const { spec: pod, metadata: podMetadata } = deployment.spec.template
  const [container] = pod.containers
  const config = manifest('config') as { data: Record<string, string> }

  it('set what the server accepts, and the ports that it listens on', () => {
    const settings = loadConfig({ NODE_ENV: 'production', ...config.data })
    const ports = Object.fromEntries(container.ports.map((port) => [port.name, port.containerPort]))
    expect(ports).toEqual({ http: settings.port, metrics: settings.metricsPort })
  })

  it.each(['startupProbe', 'livenessProbe', 'readinessProbe'] as const)(
    'have a %s at a path that the server answers',
    async (name) => {
      const { path, port } = container[name].httpGet
      expect(port).toBe('http')
      await expect.poll(async () => (await fetch(fixture.server.url + path)).status).toBe(200)
    },
  )

  it('run the version that this is', () => {
    const { images } = manifest('kustomization') as { images: readonly { newTag: string }[] }
    const { version } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as {
      version: string
    }
    expect(images.map(({ newTag }) => newTag)).toEqual([version])
  })

  it('give the server the time that it takes to stop', () => {
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(STOP_SECONDS)
  })

  it('let it be no one, and write nowhere', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true })
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
  })

  it('select the pods of the deployment', () => {
    const labels = podMetadata.labels
    expect(deployment.spec.selector.matchLabels).toEqual(labels)
    expect(tree('service')['spec']?.['selector']).toEqual(labels)
    expect(tree('disruption-budget')['spec']?.['selector']?.['matchLabels']).toEqual(labels)
    expect(tree('network-policy')['spec']?.['podSelector']?.['matchLabels']).toEqual(labels)
    const target = tree('autoscaler')['spec']?.['scaleTargetRef']
    expect(target).toMatchObject({ kind: 'Deployment', name: deployment.metadata.name })
  })
})

describe('compose.yaml', () => {
  interface Service {
    readonly environment?: Record<string, string>
    readonly stop_grace_period?: string
    readonly networks: { readonly default: { readonly ipv4_address: string } }
  }
  const { services } = readYaml('compose.yaml') as { services: Record<string, Service> }
  const replicas = ['api-1', 'api-2'].map((name) => services[name])

  it('sets what the server accepts beside a filled-in .env.example', () => {
    for (const replica of replicas) {
      const environment = { NODE_ENV: 'production', ...replica?.environment }
      const env = { AUTH0_DOMAIN: 'tenant.example.com', AUTH0_AUDIENCE: 'a', ...environment }
      const settings = loadConfig({ CLIENT_ORIGIN_URL: 'https://app.example.com', ...env })
      expect(settings).toMatchObject({
        port: 6060,
        trustProxy: 1,
        redisUrls: ['redis://redis:6379'],
      })
    }
  })

  it('gives each service an address, and the replicas those that nginx looks for', () => {
    const addresses = Object.values(services).map(
      (service) => service.networks.default.ipv4_address,
    )
    expect(new Set(addresses).size).toBe(addresses.length)
    const nginx = readFileSync(`${ROOT}deploy/nginx.conf`, 'utf8')
    const names = [...nginx.matchAll(/^\s*server (\S+):6060/gm)].map(([, name]) => name)
    expect(names).toEqual(['api-1', 'api-2'])
  })

  it('gives the servers the time that they take to stop', () => {
    for (const replica of replicas) {
      expect(parseInt(replica?.stop_grace_period ?? '')).toBeGreaterThan(STOP_SECONDS)
    }
  })
})
