#include "daemon/base/version.hpp"

namespace paperboy {

const std::string_view version = PAPERBOY_VERSION;

}  // namespace paperboy
