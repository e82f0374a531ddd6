import Foundation

/// An 8 x 8 image with red 30 x row, green 30 x column, blue 15 x (row + column), as Pillow wrote it
/// in several formats.
enum SampleImages {
  static let png = decoded(
    """
    iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAGklEQVR4nGNkYGBgkOPHRCxyDPwM2NDglAAAXh0F\
    c5iBk8MAAAAASUVORK5CYII=
    """)

  static let transparentPNG = decoded(
    """
    iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAYAAADED76LAAAAHUlEQVR4nGNkYGBgYJDjV8GFWeQY+BkY8ODhoQAA\
    FAMGb5d/42wAAAAASUVORK5CYII=
    """)

  static let greyPNG = decoded(
    """
    iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAEklEQVR4nGNggAJGOSiDhSwGACAxAOz8XlMkAAAA\
    AElFTkSuQmCC
    """)

  static let jpeg = decoded(
    """
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJ\
    BwYGCAsICQoKCgoKBggLDAsKDAkKCgr/2wBDAQICAgICAgUDAwUKBwYHCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoK\
    CgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgr/wAARCAAIAAgDAREAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAA\
    AAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAk\
    M2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKT\
    lJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QA\
    HwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdh\
    cRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hp\
    anN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk\
    5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwDyP/gk/wDse/8AIN/4lf8Ac/gozbKd9A8fvAH+L+679D//2Q==
    """)

  /// A 32 x 32 PNG with red 8 x row, green 8 x column and no blue.
  static let object = decoded(
    """
    iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAALElEQVR42u3NsQ0AIAzAsCAx9P+LeYJujrL7VM3i\
    d9oNAAAAAAAAAAAA/OoBdkQCbqxnuBwAAAAASUVORK5CYII=
    """)

  /// The same as a greyscale JPEG of the red channel.
  static let objectJPEG = decoded(
    """
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4R\
    DgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/wAALCAAgACABAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcI\
    CQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcY\
    GRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKj\
    pKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/APz0\
    /wCFbf8ATL9KP+Fbf9Mv0o/4Vt/0y/Sj/hW3/TL9K+q/+Fbf9Mv0o/4Vt/0y/Sj/AIVt/wBMv0o/4Vt/0y/Svqv/\
    AIVt/wBMv0o/4Vt/0y/Sj/hW3/TL9KP+Fbf9Mv0r6q/4Vt/0y/Sj/hW3/TL9KP8AhW3/AEy/Sj/hW3/TL9K//9k=
    """)

  /// A 16 x 16 greyscale JPEG that is white in its upper left quarter and black elsewhere.
  static let quarterJPEG = decoded(
    """
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsL\
    EBYQERMUFRUVDA8XGBYUGBIUFRT/wAALCAAQABABAREA/8QAFgABAQEAAAAAAAAAAAAAAAAAAAkK/8QAFBABAAAAAAAA\
    AAAAAAAAAAAAAP/aAAgBAQAAPwCqbKuD/9k=
    """)

  private static func decoded(_ text: String) -> [UInt8] {
    [UInt8](Data(base64Encoded: text) ?? Data())
  }
}
