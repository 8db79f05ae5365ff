/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program that every variant ends up running: nothing, successfully. */
int main(void)
{
    return 0;
}
