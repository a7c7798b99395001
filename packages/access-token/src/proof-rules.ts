/** What a DPoP proof may be signed with; the challenge names them (RFC 9449 §7.1). */
export const DPOP_ALGS = ['ES256', 'ES384', 'ES512', 'Ed25519', 'EdDSA', 'PS256', 'RS256']

export const PROOF_MAX_AGE_SECONDS = 60
/** How far a sender's clock may differ from ours. */
export const PROOF_CLOCK_TOLERANCE_SECONDS = 5
/** How long a proof may be valid, from the first second in which it is accepted to the last. */
export const PROOF_LIFETIME_SECONDS = PROOF_MAX_AGE_SECONDS + 2 * PROOF_CLOCK_TOLERANCE_SECONDS + 1
