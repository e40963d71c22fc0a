#include "daemon/base/text.hpp"
