#include "daemon/async/bell.hpp"
