// The manual page of the configuration file, from the schema that it is read by: every key with its one line.
import { z } from 'zod';
import { configShape } from '../../config/shape.ts';
import type { Page } from './command-page.ts';
import { heading, lead, paragraph, term, title, verbatim } from './roff.ts';

/** What of a JSON Schema is shown. */
interface Shape {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly const?: string | number | boolean | null;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
}

const EXAMPLE = [
  'accounts:',
  '  - name: qq',
  '    address: someone@qq.com',
  '    password: { file: /etc/mailkeep/qq.code }',
];

/** mailkeep.yaml(5). */
export function configPage(version: string): Page {
  const shape = z.toJSONSchema(configShape, { io: 'input' }) as Shape;
  const text = [
    title('mailkeep.yaml', 5, version),
    heading('NAME'),
    'mailkeep.yaml \\- the configuration of mailkeep(1)\n',
    heading('DESCRIPTION'),
    lead(
      'A YAML file. An unknown key is an error, told with its line. Most accounts need a name, an address and a password: the rest comes from a preset of the provider.',
    ),
    paragraph('The shortest:'),
    verbatim(EXAMPLE),
    heading('KEYS'),
    ...keys(shape, ''),
    heading('SEE ALSO'),
    lead('mailkeep(1), mailkeep-init(1), mailkeep-check(1)'),
  ].join('');
  return { file: 'mailkeep.yaml.5', text };
}

function keys(shape: Shape, above: string): string[] {
  return Object.entries(objectIn(shape)?.properties ?? {}).flatMap(([key, one]) => {
    const path = `${above}${key}`;
    const inner = one.type === 'array' ? one.items : one;
    // The ways to give a secret are told once each, at the key itself.
    const deeper = inner === undefined ? [] : keys(inner, `${path}${one.type === 'array' ? '[].' : '.'}`);
    return [term(path, valueOf(one), `${descriptionOf(one)}.`), ...deeper];
  });
}

function objectIn(shape: Shape): Shape | undefined {
  return shape.properties === undefined ? shape.anyOf?.find((one) => objectIn(one) !== undefined) : shape;
}

function descriptionOf(shape: Shape): string {
  return shape.description ?? shape.anyOf?.find((one) => one.description !== undefined)?.description ?? '';
}

function valueOf(shape: Shape): string {
  if (shape.enum !== undefined) return shape.enum.join(' | ');
  if (shape.const !== undefined) return String(shape.const);
  if (shape.type === 'array')
    return shape.items?.type === 'object' ? 'list' : `list of ${valueOf(shape.items ?? {})}`;
  if (shape.anyOf !== undefined) return [...new Set(shape.anyOf.map(valueOf))].join(' | ');
  return shape.type === 'object' ? 'map' : (shape.type ?? '');
}
