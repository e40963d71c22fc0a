#include "daemon/digest/digest.hpp"
