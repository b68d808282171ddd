"""The draw (抽签): requests are collected for a while, then places are given by lot, and anybody can recompute it."""
