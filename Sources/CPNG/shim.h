#include <png.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* libpng reports a failure by longjmp, which Swift cannot catch, so decoding is one call here. */

typedef struct {
  const unsigned char *bytes;
  size_t count;
  size_t position;
  jmp_buf failed;
  char message[160];
} cpng_source;

typedef struct {
  uint32_t width;
  uint32_t height;
  /* Whether it is 16-bit greyscale. Pillow clips its values at 255; other programs scale them. */
  int is_deep_grey;
} cpng_header;

static inline void cpng_fail(png_structp png, png_const_charp message) {
  cpng_source *source = (cpng_source *)png_get_error_ptr(png);
  strncpy(source->message, message, sizeof source->message - 1);
  longjmp(source->failed, 1);
}

static inline void cpng_warn(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static inline void cpng_take(png_structp png, png_bytep target, size_t count) {
  cpng_source *source = (cpng_source *)png_get_io_ptr(png);
  if (count > source->count - source->position) png_error(png, "the file breaks off");
  memcpy(target, source->bytes + source->position, count);
  source->position += count;
}

/* Decodes a PNG file to 8-bit red, green and blue, like Pillow's convert("RGB"). Gamma, colour profiles and
   transparency are ignored. Of 16-bit colours the upper 8 bits are kept; 16-bit greyscale is clipped at 255.
   Palette entries that do not exist are black.

   pixels: height * width * 3 bytes; NULL reads only the header.
   Returns 1, or 0 with a message of at most 159 bytes. */
static inline int cpng_decode(
    const unsigned char *bytes, size_t count, cpng_header *header, unsigned char *pixels,
    char message[160]) {
  cpng_source source;
  memset(&source, 0, sizeof source);
  source.bytes = bytes;
  source.count = count;
  png_structp volatile png =
      png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, cpng_fail, cpng_warn);
  png_infop volatile info = png ? png_create_info_struct(png) : NULL;
  png_bytepp volatile rows = NULL;
  if (!info || setjmp(source.failed)) {
    strcpy(message, info ? source.message : "no memory for a PNG decoder");
    png_structp made = png;
    png_infop made_info = info;
    if (rows) png_free(made, (void *)rows);
    png_destroy_read_struct(&made, &made_info, NULL);
    return 0;
  }
  png_set_read_fn(png, &source, cpng_take);
  /* Ignore chunks that do not concern the pixels. */
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
  png_read_info(png, info);
  int depth = png_get_bit_depth(png, info);
  int colour = png_get_color_type(png, info);
  header->width = png_get_image_width(png, info);
  header->height = png_get_image_height(png, info);
  header->is_deep_grey = depth == 16 && colour == PNG_COLOR_TYPE_GRAY;
  if (pixels) {
    size_t row_size = 3 * (size_t)header->width;
    if (!header->is_deep_grey) {
      png_set_strip_16(png);
      if (colour == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
      if (depth < 8 && colour == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png);
      if (!(colour & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png);
      png_set_strip_alpha(png);
    }
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    if (png_get_rowbytes(png, info) > row_size) png_error(png, "its rows are too long");
    rows = (png_bytepp)png_malloc(png, header->height * sizeof(png_bytep));
    for (uint32_t row = 0; row < header->height; row++) rows[row] = pixels + row * row_size;
    png_read_image(png, rows);
    png_read_end(png, NULL);
    for (uint32_t row = 0; header->is_deep_grey && row < header->height; row++) {
      /* Two bytes become three. Going backwards overwrites no byte before it is read. */
      unsigned char *line = rows[row];
      for (size_t column = header->width; column-- > 0;) {
        unsigned char value = line[2 * column] ? 255 : line[2 * column + 1];
        memset(line + 3 * column, value, 3);
      }
    }
  }
  png_structp made = png;
  png_infop made_info = info;
  if (rows) png_free(made, (void *)rows);
  png_destroy_read_struct(&made, &made_info, NULL);
  return 1;
}
