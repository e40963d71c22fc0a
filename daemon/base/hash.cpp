#include "daemon/base/hash.hpp"
