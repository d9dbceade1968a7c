/* Prints text in columns by the width that a terminal shows, also in Japanese, where a character takes two columns. */
#ifndef HINOMI_APPS_COLUMNS_H
#define HINOMI_APPS_COLUMNS_H

/* The columns that UTF-8 text takes. */
int columns_width(const char *text);
/* Prints the text and blanks up to `width` columns; a negative width puts the blanks in front. Nothing is cut. */
void columns_print(const char *text, int width);
/* "  label          value": a line of a report. */
void columns_line(const char *label, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
