#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A sample of tests/faults (its README.md): system calls that fail, and commands that are killed, at some points of
# each scenario. tests/faults/run goes through all of them.
exec bash "$SC_SOURCE/tests/faults/inside" --points 9 --seed 4711
