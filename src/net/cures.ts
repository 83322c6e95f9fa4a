// PURE: what a person can do when a server cannot be reached, or is not trusted, as data.
import type { Hint } from '../model/hint.ts';

export const NO_SUCH_HOST: Hint = {
  en: 'Check the spelling of host in the configuration, and that this machine has a name server.',
  zh: '请检查配置中 host 的拼写，以及本机的 DNS 设置。',
};
export const OFF_LINE: Hint = {
  en: 'The name server did not answer: check that this machine is on line.',
  zh: 'DNS 没有应答：请检查本机是否联网。',
};
export const UNREACHABLE: Hint = {
  en: 'Check host and port, and that no firewall stands between.',
  zh: '请检查 host 和 port，以及防火墙是否放行。',
};
export const SILENT_TLS: Hint = {
  en: 'The port may speak without TLS (try tls: starttls), or something between stops TLS.',
  zh: '该端口可能不直接用 TLS（请试 tls: starttls），或中间有设备阻断了 TLS。',
};
export const PLAIN_PORT: Hint = {
  en: 'Set tls: starttls for this port, or use the port for implicit TLS (IMAP 993, POP3 995, SMTP 465).',
  zh: '请为该端口设置 tls: starttls，或改用 TLS 端口（IMAP 993、POP3 995、SMTP 465）。',
};
export const OLD_SERVER: Hint = {
  en: 'Ask the operator for TLS 1.2 or later; until then tlsOld: true under this server lets old and weak TLS in, for it alone.',
  zh: '请让服务器管理员升级到 TLS 1.2 以上；在此之前可在该服务器下设置 tlsOld: true，只对它放行旧的 TLS。',
};
export const BROKEN_OFF: Hint = {
  en: 'The server, or something between, broke off the handshake: check host, port and tls in the configuration.',
  zh: '服务器或中间设备中断了 TLS 握手：请检查配置中的 host、port 和 tls。',
};
export const KEY_CHANGED: Hint = {
  en: 'If its operator tells the same new pin, put it into pin:; otherwise somebody stands between this machine and the server.',
  zh: '如果服务器管理员确认了新的 pin，请写入 pin:；否则可能有人在中间拦截。',
};
export const OTHER_NAME: Hint = {
  en: 'Use the host name that the provider tells, or, where you know that the server is meant (shared hosting), set tlsName: to a name of the certificate.',
  zh: '请使用服务商公布的主机名；如果确认就是这台服务器（共享主机），请把 tlsName: 设为证书中的名称。',
};
export const NO_CERTIFICATE: Hint = {
  en: 'Check host and port in the configuration.',
  zh: '请检查配置中的 host 和 port。',
};
export const OWN_CA: Hint = {
  en: 'If this is your own server, name the file of its authority by ca:, or copy the pin of this certificate into pin:.',
  zh: '如果是自己的服务器，请用 ca: 指定其 CA 证书文件，或把该证书的 pin 写入 pin:。',
};
export const EXPIRED: Hint = {
  en: 'The operator of the server must renew it; check the clock of this machine too.',
  zh: '服务器管理员需要更新证书；也请检查本机时间。',
};
export const CLOCK: Hint = {
  en: 'Check the clock of this machine.',
  zh: '请检查本机时间。',
};
