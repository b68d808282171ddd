"""WeChat Pay's other side (v3): it checks our signatures, keeps its books, signs its answers and sends notices."""
