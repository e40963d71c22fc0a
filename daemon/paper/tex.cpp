#include "daemon/paper/tex.hpp"
