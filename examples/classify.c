/* Reads handwritten digits with the networks that examples/demo.py trained. It has never heard of Python: the
 * library libdigits holds the weights and the code.
 *
 * Usage: classify COUNT IMAGES LABELS    (files of COUNT images of 8x8 doubles, and of COUNT int64_t)
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "digits.h"

typedef int classifier(const double *images, int64_t count, int64_t height, int64_t width, digits_i64_1 *result);

static void *load(const char *path, size_t size, size_t count)
{
    FILE *file = fopen(path, "rb");
    void *data = malloc(size * count);
    if (!file || !data || fread(data, size, count, file) != count) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(1);
    }
    fclose(file);
    return data;
}

static void show(const double *image)
{
    for (int row = 0; row < 8; row++) {
        fputs("    ", stdout);
        for (int column = 0; column < 8; column++) {
            char shade = " .:-=+*#%@"[(int)(image[8 * row + column] * 9.0)];
            putchar(shade);
            putchar(shade);
        }
        putchar('\n');
    }
}

static void read_all(const char *name, classifier *classify, const double *images, const int64_t *labels, int64_t count)
{
    int64_t *read = malloc(sizeof *read * (size_t)count);
    digits_i64_1 result = {read, {count}};
    clock_t began = clock();
    int status = classify(images, count, 8, 8, &result);
    double microseconds = 1e6 * (double)(clock() - began) / CLOCKS_PER_SEC;
    if (status != DIGITS_OK) {
        fprintf(stderr, "%s: %s\n", name, digits_last_error());
        exit(1);
    }
    int64_t right = 0;
    for (int64_t k = 0; k < count; k++)
        right += read[k] == labels[k];
    printf("  %-11s the digit above is a %d; %d of %d read right (%.2f %%), %.1f microseconds a digit\n", name, (int)read[0], (int)right,
           (int)count, 100.0 * (double)right / (double)count, microseconds / (double)count);
    free(read);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: %s COUNT IMAGES LABELS\n", argv[0]);
        return 2;
    }
    int64_t count = atoi(argv[1]);
    double *images = load(argv[2], 64 * sizeof *images, (size_t)count);
    int64_t *labels = load(argv[3], sizeof *labels, (size_t)count);
    show(images);
    read_all("perceptron", digits_read_perceptron, images, labels, count);
    read_all("convolution", digits_read_convolution, images, labels, count);
    free(images);
    free(labels);
    return 0;
}
