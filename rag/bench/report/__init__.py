"""Saved measurements → one HTML file that needs no network, to be read, printed and passed on.

numbers    records → the points of the curves
charts     points → SVG whose colours are the page's (the only importer of matplotlib)
rows       questions' records → what the page's table holds, packed
sections   a measurement → its part of the page
page       the parts, report.css and report.js → the file
"""
