#pragma once

namespace paperboy {

// From here on this process leaves no core file, and nobody but root may look into its memory: secrets are there. Call
// it before the first is read. Throws Error.
void keep_memory_private();

}  // namespace paperboy
