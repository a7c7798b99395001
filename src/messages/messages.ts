/** The three messages: plain functions, so that no transport and no guard is needed to call them. */
export const publicMessage = () => ({
  message: "The API doesn't require an access token to share this message.",
})

export const protectedMessage = () => ({
  message: 'The API successfully validated your access token.',
})

export const adminMessage = () => ({
  message: 'The API successfully recognized you as an admin.',
})
