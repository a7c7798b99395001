import {
  AlwaysOffSampler,
  ParentBasedSampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  type Sampler,
} from '@opentelemetry/sdk-trace-node'

/**
 * The sampler of OpenTelemetry that takes the word of a caller, except where that would let strangers decide how
 * much is traced: of the requests whose `traceparent` asks for it, only `ratio` are, by lot. Their trace ids are
 * the caller's choice too, so they can't decide. One that asks not to be traced is not.
 *
 * @param ratio from 0 to 1
 */
export function createParentBasedSampler(ratio: number): Sampler {
  const root = ratio === 0 ? new AlwaysOffSampler() : new TraceIdRatioBasedSampler(ratio)
  return new ParentBasedSampler({ root, remoteParentSampled: createLot(ratio) })
}

function createLot(ratio: number): Sampler {
  return {
    shouldSample: () => ({
      decision:
        Math.random() < ratio ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD,
    }),
    toString: () => `Lot{${ratio}}`,
  }
}
