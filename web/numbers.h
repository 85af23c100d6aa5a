/*
 * The numbers that staff see, kept for who asks next: one of these a server, since counting is dear and many look.
 */
#pragma once

typedef struct NumbersKept NumbersKept;

NumbersKept *numbers_kept_new(void);
void numbers_kept_free(NumbersKept *kept);
