import type { TracingSettings } from '../tracing/tracing.ts'
import type { Settings } from './schema.ts'

const PROTOCOLS = ['http/protobuf', 'http/json'] as const

interface TracingSetting {
  /** `undefined`: requests are not traced. */
  readonly tracing: TracingSettings | undefined
  readonly warnings: readonly string[]
}

/**
 * Off unless the standard variables of OpenTelemetry say where spans go. Platforms set these variables for
 * every program that they run. So if one can't be used, the server warns about it and traces nothing.
 */
export function tracingSetting(settings: Settings): TracingSetting {
  if (settings.OTEL_SDK_DISABLED?.toLowerCase() === 'true') {
    return { tracing: undefined, warnings: [] }
  }
  const endpoint = first(
    settings,
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
  )
  const protocol = first(
    settings,
    'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL',
    'OTEL_EXPORTER_OTLP_PROTOCOL',
  )
  const exporters = settings.OTEL_TRACES_EXPORTER?.split(',').map((name) => name.trim())
  const known = PROTOCOLS.find((name) => name === (protocol.value ?? PROTOCOLS[0]))
  const usable = endpoint.value === undefined || /^https?:\/\//i.test(endpoint.value)
  const wanted = exporters ? exporters.includes('otlp') : endpoint.value !== undefined
  const others = exporters?.some((name) => !['otlp', 'none'].includes(name))
  return {
    tracing:
      wanted && usable && known
        ? { protocol: known, sampledRatio: sampledRatio(settings) }
        : undefined,
    warnings: [
      ...(usable ? [] : [`${endpoint.name}: is no http(s) URL, so nothing is traced`]),
      ...(known
        ? []
        : [`${protocol.name}: is none of ${PROTOCOLS.join(', ')}, so nothing is traced`]),
      ...(others
        ? ['OTEL_TRACES_EXPORTER: only otlp and none are supported, others are passed over']
        : []),
    ],
  }
}

/** Values of other variables, which are not settings of ours: OpenTelemetry's SDK reads them itself. */
const SUPPORTED: Readonly<Record<string, readonly string[]>> = {
  OTEL_PROPAGATORS: ['tracecontext', 'baggage', 'none'],
  OTEL_TRACES_SAMPLER: [
    ...['always_on', 'always_off', 'traceidratio'],
    ...['parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio'],
  ],
  OTEL_EXPORTER_OTLP_COMPRESSION: ['gzip', 'none'],
  OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: ['gzip', 'none'],
}

/** A warning for each of them that asks for what is not there. */
export function warnOfUnsupported(environment: Readonly<Record<string, string>>): string[] {
  if (environment['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return []
  return Object.entries(SUPPORTED).flatMap(([name, supported]) => {
    const values = environment[name]?.split(',').map((value) => value.trim()) ?? []
    if (values.every((value) => supported.includes(value))) return []
    return [`${name}: only ${supported.join(', ')} are supported, others are passed over`]
  })
}

/**
 * For the samplers that follow a caller's `traceparent` and trace less than everything. Of a ratio that is none,
 * the SDK makes 1 and says so.
 */
function sampledRatio(settings: Settings): number | undefined {
  if (settings.OTEL_TRACES_SAMPLER === 'parentbased_always_off') return 0
  if (settings.OTEL_TRACES_SAMPLER !== 'parentbased_traceidratio') return undefined
  const ratio = Number(settings.OTEL_TRACES_SAMPLER_ARG)
  return ratio >= 0 && ratio <= 1 ? ratio : undefined
}

/** The variable for traces, else the one for every signal. */
function first<Name extends keyof Settings>(settings: Settings, own: Name, general: Name) {
  const name = settings[own] === undefined ? general : own
  return { name, value: settings[name] }
}
