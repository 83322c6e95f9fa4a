// PURE: the arguments of the classic sendmail, letters glued to their values and all, as cron, git and mail(1) give them → what is
// asked for. What only steers a sendmail of old is taken and has no effect; what would change where a message goes is refused
// where it cannot be done.

/** What is asked for. */
export interface Classic {
  /** `send` a message from standard input; `queue` prints the queue; `nothing` is left to do, as for newaliases. */
  readonly mode: 'send' | 'queue' | 'nothing';
  /** -t: those in To, Cc and Bcc get it too. */
  readonly fromHeader: boolean;
  readonly recipients: readonly string[];
  /** -f, -r: whose message it is. */
  readonly sender: string | null;
  /** -F: the sender's name. */
  readonly fullName: string | null;
  /** Without -i a line with a lone dot ends the message. */
  readonly dotEnds: boolean;
  /** -N and -R, as the value of X-Mailkeep-Dsn; null: as usual. */
  readonly reports: string | null;
  /** -a, as in msmtp: the account that sends. */
  readonly account: string | null;
}

/** Letters that have a value, glued to them or as the next argument. */
const VALUED = 'aABbCdeFfhLNOopRrVX';
/** Letters without one. */
const PLAIN = 'GEimnstUvx';
/** -q has one only where it is glued: `-q30m`. */
const GLUED = 'q';

/** Reads `argv`; a string is the sentence that says what is wrong. */
export function classic(argv: readonly string[]): Classic | string {
  let mode: Classic['mode'] = 'send';
  let asked: Classic = {
    mode, fromHeader: false, recipients: [], sender: null, fullName: null, dotEnds: true, reports: null, account: null,
  }; // prettier-ignore
  const notify: string[] = [];
  const given = [...argv];
  for (let argument = given.shift(); argument !== undefined; argument = given.shift()) {
    if (argument === '--') {
      asked = { ...asked, recipients: [...asked.recipients, ...given.splice(0)] };
    } else if (!argument.startsWith('-') || argument === '-') {
      asked = { ...asked, recipients: [...asked.recipients, argument] };
    } else {
      for (let rest = argument.slice(1); rest !== '';) {
        const letter = rest.charAt(0);
        rest = rest.slice(1);
        if (GLUED.includes(letter)) {
          mode = 'nothing';
          rest = '';
        } else if (PLAIN.includes(letter)) {
          if (letter === 'i') asked = { ...asked, dotEnds: false };
          else if (letter === 't') asked = { ...asked, fromHeader: true };
        } else if (VALUED.includes(letter)) {
          const value = rest === '' ? given.shift() : rest;
          rest = '';
          if (value === undefined) return `-${letter} wants a value behind it`;
          if (letter === 'b') {
            const next = MODES.get(value.charAt(0));
            if (next === undefined)
              return `-b${value} is not for mailkeep: ${INSTEAD.get(value.charAt(0)) ?? 'it only takes messages'}`;
            mode = next;
          } else if (letter === 'N') notify.push(...value.toLowerCase().split(','));
          else if (letter === 'R' && value.toLowerCase() === 'full') notify.push('full');
          else if (letter === 'o' && value === 'i') asked = { ...asked, dotEnds: false };
          else if (letter === 'O' && /^IgnoreDots(=true)?$/i.test(value))
            asked = { ...asked, dotEnds: false };
          else if (letter === 'f' || letter === 'r')
            asked = { ...asked, sender: value.replace(/^<|>$/g, '') };
          else if (letter === 'F') asked = { ...asked, fullName: value };
          else if (letter === 'a') asked = { ...asked, account: value };
        } else {
          return `-${letter} is not known`;
        }
      }
    }
  }
  const reports =
    notify.length === 0 || (notify.length === 1 && notify[0] === 'full') ? null : notify.join(', ');
  // Whoever names recipients has a message for them: it would be thrown away.
  const [recipient] = asked.recipients;
  if (mode !== 'send' && (recipient !== undefined || asked.fromHeader))
    return `a message${recipient === undefined ? '' : ` for ${recipient}`} is not taken together with -q, -bi or -bp`;
  if (mode === 'send' && asked.recipients.length === 0 && !asked.fromHeader)
    return 'nobody is to get it: name recipients, or take those of the header with -t';
  return { ...asked, mode, reports };
}

const MODES: ReadonlyMap<string, Classic['mode']> = new Map([
  ['m', 'send'],
  ['p', 'queue'],
  ['i', 'nothing'],
]);
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ['d', 'the service is `mailkeep daemon`'],
  ['D', 'the service is `mailkeep daemon`'],
  ['s', 'a program that speaks SMTP is given a server; this one takes a message on standard input'],
]);
