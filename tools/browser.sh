#!/usr/bin/env bash
# Chromium and a Chinese font for the browser tests, from the system's packages.
set -euo pipefail
have_font() { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh-cn family 2>/dev/null | head -1)" ]; }
if command -v chromium >/dev/null && have_font; then
  exit 0
fi
if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
  echo "The browser tests need Chromium and a Chinese font. Install the packages 'chromium' and 'fonts-noto-cjk' and try again." >&2
  exit 1
fi
printf '\n\033[1;36m==> Chromium and a Chinese font\033[0m\n'
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq install -y --no-install-recommends chromium fonts-noto-cjk fontconfig >/dev/null
