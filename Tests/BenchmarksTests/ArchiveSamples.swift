import Foundation

/// Small archives of three 8 x 8 PNG files, a/1.png, a/2.png and b/1.png, as other programs wrote them.
enum ArchiveSamples {
  /// Python's gzip of a ustar archive.
  static let gzip = decoded(
    """
    H4sIAAAAAAACA0vUN9QryEtnoCUwAAIzExMwDQTotIGJIVwOKm5uYGzEoGDAQAdQWlySWAS0kmFkgs4AP3deLikuIJPX08Ml\
    CEhzgDAHE5D0ztW8A6Que7o4hlTMYTzBYP6f4evGVCWviO0T72d9vGFgl3j2yO62wxePqAsw2Jj4OHa+1pervnqlziX/3KHF\
    NwSLEwWeVjBInzm3bFqZXqLYsZcndWfuN+3RY5do0nlSw7DiuCP7s5wNTzZt/nK1t+lUctulk3llfI2zGVpPqhyOLEw5soy1\
    iyFCSmmT7lOWImdbPReGfze27TCtczlrqDnB6uCV0OmLnP5+lO/XlmKw/Hz42WRB58A7+66wP362jXXnvGa2u8s9ljHIMc3q\
    sneMZvISyflws2vGw/MzpyX+TN+7niky4S2r/ylrUBh4uvq5rHNKaBqJ8Z+obzQ487/xaP4flPm/eOW+LzN3f7lTfWnJpxPr\
    o2/OV6viuyxZJM5wV3uXqLlzXoyK4+OrLgKe2hXtGXv+K0mcZ+gvLl794vGUWz/YH/lFHE530NOQn333R7AZw8Xo8NklT1Q5\
    A06enFKqlrau8Xi3humkt/8ZJsc65PXfLlrs2bAv5bL73rO3AsV3Sn61uMOwvW7Nvza7oKZfU7g/vw63jz+o798tdLbrPcOl\
    bw8L86vbG87lrHZ53rv1mVqYEacXy597DK4L2Nh38hjELvBgLn9Z1/vO6F1b4Gr/pBe+c5IDTA6yPh3p+T9psNb/o/l/cOb/\
    v/avbSYFbJ/uNTuoOzM5WXFJ4ta4r9HVrxj+NsyaNW9SdOUyE/0Ff3dsmnKz/piA7SSO2Qyqv+KY5weteLEyPuVaxBz5Che2\
    VKc3Fgy9DMayf63VVcQMy6Y8+tfGPH17iUFyxVbn2i6G0jCla9cXbOnZ4PGpsmnOqlStHzMXP/yYfYfB9UyfWpttvHW9Vdsi\
    l50X1FrMLe5t6WV+y2Bg8r51wpNLyTPXHdorvOIBc8T8h6vtbv04xhAYmyKgkn9OY1KC9CGldrmvWb5B0y9ZfOGaIxR/ysM/\
    +NRIz/+jYBSMgpELACaYdhUAEAAA
    """)

  /// Python's lzma of the same archive, with CRC64.
  static let xz = decoded(
    """
    /Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4A//AwhdADCLwiMBk7kIV9CzOxEA6uW0+dEKRaSlKrZpcX4eIcU5YnLH6F5zx+ck\
    R8MyiZAVMDbqvgSAEneyWGCSfdd2qnRSljS8Dqlnuz81IrasjFFu34MnKrgT2Ux/RZK6vaS0D8zAfwcEm0jGPYNdUVF6aAJl\
    pdMorqk64RQx059Ru+Foolw3Sm2rH18GAj4cQTKahWybDIt5JYhU62Evfag51IYDLEeoZdBo57MlHXL4sCXuiEbz9ZAq0tOR\
    M0qNgA2MzOfIuPyZf11EIMzneRsOKF6oKADsBUzZbnqkhdV1teZx67fXO8Vcya2f2qMjyfKDF8iZ+DicJsKtyDftvAsbbilm\
    TXoSX3qZ7So64uQra7vqHXcxi+nIIA+18rOrxcUPHIqCxw9VoT8VPzrHGuLzpUcUPgqLvJHs22pfEgoJASztBM8clkJzUMwW\
    sMdh2OluoOh8J/sjzHXdJpC/NQBuzWLsatU0aA6u2qlswp23Mhu5/APAo0b+KWgzkOgu1sGMYQpEZNnTj55t5Zef35QvrUaM\
    wOQWnAhGgoRA1eaG0/FG8MHvMef164qAvyYPpunBADrjH0P8rlFlEG8dbZq+U5G2pRA24d6dxgSBEbqtetgEHdOdomFcMqzC\
    gUET/1p9///BXo5cAut6h0X/efryFMbuN/a5AUPm9NrnlrM3zqdq73iHGKHfH+v3yHgFrEU4PnqkAv4T42Stgb/j6blFcdV5\
    mkLcwW+m/8Y9OokmZVw28NMbDMBnA/ERGfT7Ng9zzndx4bYW5oNbuUVe1/5DYbd1TjrZHtjc2X7q3IEr4pRqowo1Fmfgh0cN\
    JjoPZu7ZATGpnvZaPXOwzVmB8QT3w1nPsJ/yr7AOpnLwIy6IPmFhtF0nPoagXvd/yZoSgmiAgSWmtsIFn8ySWhZEGmXffxVq\
    D6di63fT5hirhbY9XLhDZf9kOKMc+zrhaNohYOL22JAnHCPeENTHIsstB5p8IvBiadrLUlx54tnKsFdq4ys3GpYgy9CF/dxi\
    VWcSE1RDSq8UnogtaeAAAD8SCEmlVIE3AAGkBoAgAABegowbscRn+wIAAAAABFla
    """)

  /// Python's bz2 of the same archive.
  static let bzip2 = decoded(
    """
    QlpoOTFBWSZTWWuj8FQAATh/////f/v3/////v//7///////v/393f3//733//////9/wAJc7srtK7YZqTap6TR6mRk0NNqa\
    ZqYE02o2owBMnoAmmTJkYmAIzSYEyekZGEMZABGhpjU9CZMh5AnoIbQNGkzQmBojGpjUxiekIfqg0jNTRiZ6gmRmg0CY0mTJ\
    hNqYGgTE00YaJ6ATBGRjQGUep6GhkAAE9AaT0IZMQek0wnkJgCYATaBPITJ6IfqmjQAAGgAAAAAAAADQAAaAaAAAAAAAAAAA\
    AAAAAAAAAAABGpQCmyhtT0QaaGQMTBNPUZHqaDRppiPRGEYmCNqYgZA0APU00aNNGRppppjUaDEaZDEepiaaYI9T1ME09Rky\
    GmgZBkGduq06FQcgrIwwSI4/hjGKCEJAYh6gYECG+n1Cg3TkBoAykDDHC+lkwrg3ZRglSkK6XOEP8cY3lcek0T19cME5iCAx\
    Ea+1vXDQHq+TikUBzN1FAFoUB8IMDfG0LckoxsDKk/O85FgAwBUFgghzwCkD3s815ANgoKh/JsigSMaa9Zm1jF8nRFzLaO0Q\
    okYD2FFIYhxtqnHosMAq2lv0JKCKDv5m4HOl1rDu2+vdWxhwuoGWmlfgqTLqiVlM+kdjfZOsMpi+KFJAiyQMQAnQcAEoDHRo\
    t52/anJiCvON56/OkjRhCEwgt6IwS84ht2ChYkB8LZM6L/9KewjfT7kv+ZDLZfz95DS8sgZSZ241xwLMxB5wBeQOputpDCu0\
    5AIAwveAOiKIYGRI+FXBPDJ2vraUARCQFrNzO1XoA61OBTBQPvjcXpVmzXiRS/TEp823ionDcWWuiwJ+OMttSpITHpIBgXNU\
    ahVnaqwZ8q7CNng0XP6DeMD8Aizzh60ZMGiv5qMtMc/jBOI19yt0btbNixLAFzmpZxdPUxQsayAC88BScCiHASBdPkwYUufi\
    qFyB0yOwKA72QdWAeRm3T64Zg+BlSvLFnXhsMuuvp9KrVqOalGXEmBwDyC9O6/JwOdvCxXtztvmy05/RAd+T1USuYf6RVH7i\
    qKoRKFKRGMyBFz40wPLqT3wpHsmhDW5ZdM63qZfRJL3p3CP9E5Z4naiBQDZugNHA4oJHqh/NT19KYOCDpGtxHaUw2L+Llj5S\
    slteoPrFAIlQ/qHVD0dr7xXVNahDywjjgro5hs9AnlfyBVyi+O/7Fe6BIpXJ9t7Cfghv8yGSxNtyCWPN1vkP4AkXaMVhBzqP\
    5UxsBWcXCIoSZs+hIpYZ0arSFCGNgsaahAWWYP80UkdAZeGvb66P3FRSKZqCAD+8ljQjFUgR+RoQfblC8CbEFkX5chzK8ZHG\
    NcEgvM+fx8LdQ9A6cer6ZLnIxBRwbAFJxhI9M4AwG6kICySav+22ZGQP6nhE7t7XdTwgrwROCmlrKTB56QUFvb4u5IpwoSDX\
    R+Co
    """)

  /// zstd 1.5 of the same archive, with its checksum.
  static let zstd = decoded(
    """
    KLUv/WQAD+UXAHQsYS8xLnBuZwAwNjQ0ADAwNDE3MDMyACAwAHVzdGFyADAwAIlQTkcNChoKDUlIRFIICAIAAABLbSncAAAA\
    00lEQVR4nAHIADf/APWxZSJKWLeR32rx2DA+Yc3Eu4bD0cQnEAA8NExBiesvHnvV1H5Eb87Co9gRc2EQ5XgAG8zOppZ2LmEW\
    xunJLZm/NYwuBxiCLOR8AKjHQQfmbLDksrP01Y2CymOG0sludg6BmwCFySTDWXFkxKYFigBYGiKyLeUEckM9LkQA/ti2uDV+\
    RM0xKZA6wdRVl6JC/fEfjysaADnzw+aTEUNR3L7UB+PmtgW5noMG3adIpgAeApqKP0FbAkoUbPDZipjhz5mWYflnva8CWWDt\
    BU/KOwBJRU5ErkJgggBhLzIzc6m+9Jm79Nx70qTyyK9b2Z8meg7TGXIXAN0ruhU3Q25cJEHj1UQQSSt4h2i8/yIYzwCPc3Or\
    6OOU2vgH4k5Yw2dALigfm934UzYA0VtXm3TkJQlQycmUdSZmroHHiyg1ku3/AJNdQG6P23KjSYC+ZNNHvc3aURe5GfU43AC3\
    fqz+hj5SgvqUC/PrVz9fwS9PixLNiu8A0vbhcW97h4DObKtE54215iZWMglKBPzeAEWgBge5DDBdoEgDd+l+je4y7oZRq09i\
    6E2cY1A0wQXlYi8x/T/rPJJQt5dKm1KLaWNjIaRhtV71W3vqAP2Ampqeklt5pjQvoP24spTZf8YQPZIImwAl+l4Dn1Ko6Klf\
    ZNZYnB94RAZlQuw4AI0AMx39OyckFjF2lOL+hgOXt3QwY3i1Q32KAHVWItbXoLSMsEjyeYKcqmUq+Jmj4fFr3ABFzI4mhj1f\
    O386hqJEudAmhDc43rSNA+0AMDTvhZDk0mOZrsK9E6jgA1if4as+2vjGAFFdZBAkb84okmAbwiKHHvVqTVKX0jj0CpwSX8pI\
    T1PKEyAgrUK7AfD84OmQK1Tj2UcJJahsMgDKwU/J9AFaIAI0AJ+HOoAn3sHwwwYEDApgOYk46dQhAg==
    """)

  static let all: [(ending: String, bytes: [UInt8])] = [
    ("tar.gz", gzip), ("tar.xz", xz), ("tar.bz2", bzip2), ("tar.zst", zstd),
  ]

  private static func decoded(_ text: String) -> [UInt8] {
    [UInt8](Data(base64Encoded: text) ?? Data())
  }
}
