"""The look of the sandbox's pages: a phone on a plain ground; nothing is loaded from anywhere else."""

from html import escape

from litestar import Response

_STYLE = """
:root{color-scheme:light}*{box-sizing:border-box}
body{margin:0;background:#e9edf1;color:#1b232b;font:16px/1.5 system-ui,-apple-system,"PingFang SC","Microsoft YaHei",
"Noto Sans CJK SC",sans-serif}
.phone{max-width:26rem;min-height:100vh;margin:0 auto;background:#f6f7f9;box-shadow:0 0 2rem #0002}
header{position:sticky;top:0;padding:.9rem 1rem;background:#fff;border-bottom:1px solid #dfe4e8}
header h1{margin:0;font-size:1.05rem;text-align:center}header p{margin:.1rem 0 0;font-size:.8rem;color:#5a6672;
text-align:center}
main{padding:.8rem 1rem 3rem}
.card{margin:0 0 .8rem;padding:.8rem .9rem;background:#fff;border-radius:.8rem;box-shadow:0 1px 2px #0001}
.meta{display:flex;justify-content:space-between;gap:1rem;font-size:.8rem;color:#5a6672}
.text{margin:.35rem 0 0}.code{font-size:1.5rem;font-weight:600;letter-spacing:.18em}
dl{display:grid;grid-template-columns:auto 1fr;gap:.15rem .8rem;margin:.5rem 0 0}dt{color:#5a6672}dd{margin:0}
.empty{padding:3rem 1rem;text-align:center;color:#5a6672}
button{width:100%;margin:.4rem 0 0;padding:.8rem;border:0;border-radius:.6rem;background:#0a7d4b;color:#fff;
font:inherit;font-weight:600;cursor:pointer}button.plain{background:#e6eaee;color:#1b232b}
button:focus-visible,input:focus-visible{outline:3px solid #1769e0;outline-offset:2px}
a.card{display:block;color:inherit;text-decoration:none}a.button{display:block;padding:.8rem;border-radius:.6rem;
background:#0a7d4b;color:#fff;font-weight:600;text-align:center;text-decoration:none}
a.button.plain{background:#e6eaee;color:#1b232b}a:focus-visible{outline:3px solid #1769e0;outline-offset:2px}
h2{margin:1.4rem 0 .6rem;font-size:.9rem;color:#5a6672}fieldset{border:0}legend{float:left;width:100%;font-size:.8rem;
color:#5a6672}.amount{margin:.5rem 0;font-size:2rem;font-weight:600;text-align:center;font-variant-numeric:tabular-nums}
.amount span{font-size:1.1rem;margin-right:.2rem}.link .amount{margin:.2rem 0 0;font-size:1.3rem;text-align:left}
.done{margin:1.2rem 0;font-size:1.2rem;font-weight:600;text-align:center}select{width:100%;padding:.6rem;font:inherit;
border:1px solid #c9d1d8;border-radius:.5rem;background:#fff}details{margin-top:.8rem}summary{cursor:pointer}
label{display:flex;gap:.6rem;align-items:center;padding:.5rem 0}
"""
# The list is fetched again every two seconds; without scripts the page still works by reloading it.
_LIVE = """
setInterval(async()=>{try{const a=await fetch(location.href,{headers:{'x-part':'list'}});
if(a.ok)document.querySelector('main').innerHTML=await a.text()}catch{}},2000)
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:"


def page(title: str, subtitle: str, content: str, *, language: str = "zh", live: bool = False) -> Response[str]:
    """A whole page; ``title`` and ``subtitle`` are plain text, ``content`` is markup that is already safe."""
    script = f"<script>{_LIVE}</script>" if live else ""
    markup = (
        f'<!doctype html><html lang="{"zh-CN" if language == "zh" else "en"}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style><body><div class=phone><header><h1>{escape(title)}</h1><p>{escape(subtitle)}</p>"
        f"</header><main>{content}</main></div>{script}</body></html>"
    )
    return part(markup)


def part(markup: str, status: int = 200) -> Response[str]:
    """Markup alone: the list of a page that is already open."""
    headers = {"content-security-policy": _POLICY, "cache-control": "no-store", "x-content-type-options": "nosniff"}
    return Response(markup, media_type="text/html; charset=utf-8", headers=headers, status_code=status)
