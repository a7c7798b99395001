/** What answers is no Redis, whatever it says. */
export class WrongAnswer extends Error {}
