// A browser in a few lines: it asks the page over real HTTP, and posts its forms as they are.

/** Who asks. */
export interface Visitor {
  /** GET, in English unless `headers` say otherwise; redirects are not followed. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** POST of one of the page's own forms. */
  post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>;
}

/** Visits the page at `url`. */
export function visitor(url: string): Visitor {
  const ask = (path: string, init: RequestInit): Promise<Response> =>
    fetch(new URL(path, url), { redirect: 'manual', ...init });
  return {
    get: (path, headers = {}) => ask(path, { headers: { 'accept-language': 'en', ...headers } }),
    post: async (path, fields, headers = {}) => {
      const around = await ask('/login', { headers });
      const frame = around.ok ? around : await ask('/nowhere', { headers });
      const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(await frame.text()) ?? [];
      const body = new URLSearchParams({ csrf, ...fields });
      return ask(path, { method: 'POST', body, headers: { origin: new URL(url).origin, ...headers } });
    },
  };
}
