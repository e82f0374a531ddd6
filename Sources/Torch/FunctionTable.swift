import CATen
import CATenLoader

/// libtorch's functions. The first use loads it, which takes half a second: what only names methods,
/// reads records or prints tables never gets here.
let caten = caten_load().assumingMemoryBound(to: caten_functions.self).pointee
