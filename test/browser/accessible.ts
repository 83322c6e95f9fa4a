// What axe-core finds on a page as it stands in a browser: nothing, if everybody can use it.
import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** Each violation of any rule (WCAG 2.2 A and AA, and best practice), with the elements that it is about. */
export async function violations(page: Page): Promise<string[]> {
  // The browser's own debugger runs it, which the policy of the page does not hinder.
  await page.evaluate(axe.source);
  const found = await page.evaluate<Results>('axe.run()');
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}

interface Results {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}
