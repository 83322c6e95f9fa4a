// The entry of the thread that takes mails apart for the page: what a hostile one costs, it costs here.
import { parentPort, workerData } from 'node:worker_threads';
import { Archive } from '../archive/store.ts';
import { MailError, textOf } from '../model/error.ts';
import { openMessage, partsOf } from '../read/open-message.ts';
import type { Hit } from '../search/hit.ts';
import {
  READY,
  type MailAnswers,
  type MailFailure,
  type MailReply,
  type MailRequest,
} from './mail-opener.ts';
import { safeHtml } from './safe-html.ts';

const archive = Archive.open((workerData as { readonly data: string }).data);

const ANSWERS: { [Ask in keyof MailAnswers]: (hit: Hit, remote: boolean) => Promise<MailAnswers[Ask]> } = {
  message: async (hit) => openMessage(await archive, hit),
  parts: async (hit) => partsOf((await archive).absolute(hit.path), hit),
  body: async (hit, remote) => {
    const { html, inline } = await partsOf((await archive).absolute(hit.path), hit);
    if (html === null) return null;
    const images = new Map(inline.map(({ cid, content }) => [cid, content]));
    return safeHtml(html, { image: (cid) => images.get(cid), remote });
  },
};

parentPort?.on('message', (request: MailRequest) => {
  const { ask, hit, remote } = request;
  void ANSWERS[ask](hit, remote)
    .then(
      (answer): MailReply => ({ answer }),
      (thrown: unknown): MailReply => ({ failure: failureOf(thrown) }),
    )
    .then((reply) => parentPort?.postMessage(reply, []));
});

parentPort?.postMessage(READY, []);

/** Errors lose their class and their fields on the way between threads. */
function failureOf(thrown: unknown): MailFailure {
  if (!(thrown instanceof MailError)) return { message: textOf(thrown) };
  const { kind, message, retry, hint, code } = thrown;
  return { message, mail: { kind, message, retry, hint, code } };
}
