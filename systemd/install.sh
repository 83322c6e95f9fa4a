#!/bin/sh
# Installs mailkeep as a service, brings a newer one, or removes it; from a git checkout after `npm ci && npm run build`, or from
# the npm package. It may be run again and again: what is as it should be stays, and what it does is told, a line each.
#
#   sh systemd/install.sh             install, or upgrade what is there (as root)
#   sh systemd/install.sh --user      the same for this person alone, without root
#   sh systemd/install.sh remove      remove the program; mail, configuration and passwords stay   (--user likewise)
#   sh systemd/install.sh remove --purge    ask, and then remove those too
set -eu

here=$(cd "$(dirname "$0")" && pwd)
what=install user= purge= sure=
for word; do
  case $word in
  install | upgrade) what=install ;;
  remove) what=remove ;;
  --user) user=yes ;;
  --purge) purge=yes ;;
  --yes) sure=yes ;;
  -h | --help) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" && exit 0 ;;
  *) echo "install.sh: what is $word? See --help." >&2 && exit 2 ;;
  esac
done

say() { printf '%s\n' "$*"; }
fail() {
  printf 'install.sh: %s\n' "$*" >&2
  exit 1
}

if [ "$user" ]; then
  [ "$(id -u)" != 0 ] || fail '--user is for a person; root installs without it.'
  lib=$HOME/.local/lib/mailkeep bin=$HOME/.local/bin
  units=${XDG_CONFIG_HOME:-$HOME/.config}/systemd/user
  share=${XDG_DATA_HOME:-$HOME/.local/share}
  config=${XDG_CONFIG_HOME:-$HOME/.config}/mailkeep
  mail=${XDG_DATA_HOME:-$HOME/.local/share}/mailkeep spool=
  ctl() { systemctl --user "$@"; }
else
  [ "$(id -u)" = 0 ] || fail 'run it as root, or with --user for yourself alone.'
  lib=/usr/local/lib/mailkeep bin=/usr/local/bin
  units=/usr/local/lib/systemd/system
  share=/usr/local/share
  config=/etc/mailkeep
  mail=/var/lib/mailkeep spool=/var/spool/mailkeep
  ctl() { systemctl "$@"; }
fi

bashes=$share/bash-completion/completions zshes=$share/zsh/site-functions fishes=$share/fish/vendor_completions.d

# A file as it is to be, with its mode; true where that changed something.
changed=
put() { # from to mode
  if [ -f "$2" ] && cmp -s "$1" "$2"; then
    say "as it was    $2"
  else
    mkdir -p "$(dirname "$2")"
    cp "$1" "$2.new" && chmod "$3" "$2.new" && mv "$2.new" "$2"
    changed=yes
    say "installed    $2"
  fi
}

install() {
  # As systemd looks for it, which does not know a person's own paths.
  if [ "$user" ]; then node=$(command -v node || true); else
    node=$(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin command -v node || true)
  fi
  [ "$node" ] || fail 'Node.js 20.19 or later is not in /usr/bin or /usr/local/bin; a link there will do.'
  "$node" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    fail "$node is $("$node" --version); mailkeep needs Node.js 20.19 or later."
  # Another way in which it may have come: two would be in each other's way.
  [ "$user" ] || [ ! -e /usr/lib/systemd/system/mailkeep.service ] ||
    fail 'the package mailkeep of this system is installed: upgrade that, or remove it first.'

  version=$(ctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
  version=${version:-0}
  rm -rf "$lib.new"
  mkdir -p "$(dirname "$lib")"
  "$node" "$here/stage.mjs" "$lib.new"
  chmod -R go+rX "$lib.new"
  "$node" "$lib.new/dist/src/main.js" --version >/dev/null || fail "it does not run with $node"
  if [ -d "$lib" ] && diff -rq "$lib" "$lib.new" >/dev/null; then
    rm -rf "$lib.new"
    say "as it was    $lib"
  else
    # A service that runs never sees half of a new version.
    if ctl is-active --quiet mailkeep 2>/dev/null; then
      ctl stop mailkeep
      stopped=yes
      say 'stopped      mailkeep, to put the new version in its place'
    fi
    rm -rf "$lib.old"
    [ ! -d "$lib" ] || mv "$lib" "$lib.old"
    mv "$lib.new" "$lib"
    rm -rf "$lib.old"
    changed=yes
    say "installed    $lib"
  fi
  mkdir -p "$bin"
  if [ "$(readlink "$bin/mailkeep" || true)" != "$lib/dist/src/main.js" ]; then
    ln -sfn "$lib/dist/src/main.js" "$bin/mailkeep"
    say "installed    $bin/mailkeep"
  fi

  if [ "$user" ]; then
    # systemd looks for programs in the system's places only.
    sed -e "s|^ExecStart=mailkeep|ExecStart=\"$node\" \"$lib/dist/src/main.js\"|" \
      -e "s|^NotifyAccess=all|OpenFile=/run/user/$(id -u)/systemd/notify:sdnotify:graceful|" \
      "$here/user/mailkeep.service" >"$lib.unit"
    put "$lib.unit" "$units/mailkeep.service" 644
    rm -f "$lib.unit"
  else
    put "$here/sysusers.conf" /usr/local/lib/sysusers.d/mailkeep.conf 644
    put "$here/tmpfiles.conf" /usr/local/lib/tmpfiles.d/mailkeep.conf 644
    # An older one would warn about each line that it does not know.
    unknown=
    [ "$version" -ge 253 ] || unknown='Type|OpenFile|'
    [ "$version" -ge 254 ] || unknown="${unknown}RestartSteps|RestartMaxDelaySec|ImportCredential"
    grep -vE "^(${unknown:-none})=" "$here/mailkeep.service" >"$lib.unit"
    put "$lib.unit" "$units/mailkeep.service" 644
    rm -f "$lib.unit"
    for page in "$lib"/dist/man/*; do
      [ ! -e "$page" ] || put "$page" "/usr/local/share/man/man${page##*.}/${page##*/}" 644 >/dev/null
    done
    systemd-sysusers /usr/local/lib/sysusers.d/mailkeep.conf
    systemd-tmpfiles --create /usr/local/lib/tmpfiles.d/mailkeep.conf
  fi
  for to in "$bashes/mailkeep" "$fishes/mailkeep.fish" "$zshes/_mailkeep"; do
    [ ! -e "$lib/dist/completions/${to##*/}" ] || put "$lib/dist/completions/${to##*/}" "$to" 644 >/dev/null
  done
  older=$units/mailkeep.service.d/older-systemd.conf
  if [ "$version" -lt 254 ]; then
    if [ "$version" -lt 253 ]; then cat "$here/older-systemd.conf"; else printf '[Service]\n'; fi >"$lib.older"
    # What ImportCredential= finds by itself; for a new one this is run again.
    [ "$user" ] || for path in /etc/credstore/mailkeep.* /etc/credstore.encrypted/mailkeep.*; do
      case $path in
      *'*') ;;
      /etc/credstore/*) printf 'LoadCredential=%s:%s\n' "${path##*/}" "$path" ;;
      *) printf 'LoadCredentialEncrypted=%s:%s\n' "${path##*/}" "$path" ;;
      esac
    done >>"$lib.older"
    put "$lib.older" "$older" 644
    rm -f "$lib.older"
  elif [ -e "$older" ]; then
    rm -f "$older"
    changed=yes
    say "removed      $older"
  fi

  [ -z "$changed" ] || ctl daemon-reload
  ctl enable --quiet mailkeep
  if [ ! -e "$config/config.yaml" ]; then
    say "now          \`mailkeep init\`${user:+, then \`systemctl --user start mailkeep\`} sets up the first account"
  elif [ "${stopped-}" ] || { [ "$changed" ] && ctl is-active --quiet mailkeep; }; then
    ctl restart mailkeep
    say 'restarted    mailkeep'
  elif ctl is-active --quiet mailkeep; then
    say 'as it was    mailkeep runs'
  else
    ctl start mailkeep
    say 'started      mailkeep'
  fi
  # Whoever has no linger has no service without a session.
  if [ "$user" ] && [ "$(loginctl show-user --value --property=Linger "$(id -un)" 2>/dev/null || true)" != yes ]; then
    say 'perhaps      `loginctl enable-linger` keeps it running while you are not logged in'
  fi
}

remove() {
  if ctl cat mailkeep >/dev/null 2>&1; then
    ctl disable --quiet --now mailkeep
    say 'stopped      mailkeep'
  fi
  for path in "$units/mailkeep.service" "$units/mailkeep.service.d/older-systemd.conf" "$bin/mailkeep" "$lib"; do
    if [ -e "$path" ] || [ -L "$path" ]; then
      rm -rf "$path"
      say "removed      $path"
    fi
  done
  rm -f "$bashes/mailkeep" "$zshes/_mailkeep" "$fishes/mailkeep.fish"
  rmdir "$units/mailkeep.service.d" 2>/dev/null || true
  if [ -z "$user" ]; then
    rm -f /usr/local/lib/sysusers.d/mailkeep.conf /usr/local/lib/tmpfiles.d/mailkeep.conf
    rm -f /usr/local/share/man/man[0-9]/mailkeep.[0-9] /usr/local/share/man/man[0-9]/mailkeep[-.]*.[0-9]
  fi
  ctl daemon-reload
  if [ -z "$purge" ]; then
    say "kept         $mail $config $spool"
    return
  fi
  if [ -z "$sure" ]; then
    printf 'This deletes all mail that was stored here, its configuration and its passwords:\n  %s\nType "delete" to do so: ' "$mail $config $spool"
    read -r answer || answer=
    [ "$answer" = delete ] || fail 'nothing of that was deleted.'
  fi
  rm -rf "$mail" "$config" ${spool:+"$spool"}
  say "deleted      $mail $config $spool"
  if [ -z "$user" ]; then
    rm -f /etc/credstore/mailkeep.* /etc/credstore.encrypted/mailkeep.*
    ! getent passwd mailkeep >/dev/null || userdel mailkeep
    ! getent group mailkeep >/dev/null || groupdel mailkeep
    say 'deleted      the user mailkeep, and its credentials'
  fi
}

"$what"
