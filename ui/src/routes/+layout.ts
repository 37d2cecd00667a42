/** One page for a browser: everything it shows arrives over the API. */
export const ssr = false
export const prerender = false
